/** The few texts of the scene itself, in both languages. */

export interface SceneWords {
  readonly room: string;
  readonly items: string;
  readonly people: string;
  readonly me: (name: string) => string;
  readonly away: (name: string) => string;
  readonly editHint: string;
  readonly floorAt: (name: string, column: number, row: number) => string;
  readonly wallAt: (name: string, wall: 1 | 2, along: number, height: number) => string;
  readonly blocked: (where: string) => string;
  readonly placed: (where: string) => string;
}

export const WORDS: Readonly<Record<'ko' | 'en', SceneWords>> = {
  ko: {
    room: '방',
    items: '방에 있는 물건',
    people: '방에 있는 사람',
    me: (name) => `${name} (나)`,
    away: (name) => `${name} (자리 비움)`,
    editHint: '화살표 키로 옮기고, 엔터로 놓고, Esc로 되돌립니다.',
    floorAt: (name, column, row) => `${name}: ${column}열 ${row}행`,
    wallAt: (name, wall, along, height) => `${name}: ${wall === 1 ? '왼쪽' : '오른쪽'} 벽 ${along}칸, 높이 ${height}`,
    blocked: (where) => `${where}. 여기에는 놓을 수 없어요.`,
    placed: (where) => `${where}에 놓았어요.`,
  },
  en: {
    room: 'Room',
    items: 'Things in the room',
    people: 'People in the room',
    me: (name) => `${name} (me)`,
    away: (name) => `${name} (away)`,
    editHint: 'Arrow keys move, Enter puts down, Escape puts back.',
    floorAt: (name, column, row) => `${name}: column ${column}, row ${row}`,
    wallAt: (name, wall, along, height) => `${name}: ${wall === 1 ? 'left' : 'right'} wall, ${along} along, ${height} up`,
    blocked: (where) => `${where}. It does not fit here.`,
    placed: (where) => `Put down. ${where}.`,
  },
};
