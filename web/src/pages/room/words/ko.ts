/** Korean texts of a live room. */
import type { RoomWords } from '.';

export const ko: RoomWords = {
  status: {
    label: '다른 사람에게 보이는 내 상태',
    available: '이야기해요',
    busy: '바빠요',
    isBusy: '바쁨',
    idle: '쉬는 중',
    muted: '조용히 있는 중',
  },
  door: {
    locked: '잠김',
    followers: '팔로워만',
    private: '비공개',
  },
  changed: {
    name: (name) => `방 이름이 바뀌었어요: “${name}”`,
    locked: '주인이 문을 잠갔어요.',
    unlocked: '문이 다시 열렸어요.',
    public: '이제 누구나 들어올 수 있는 방이에요.',
    followers: '이제 팔로워만 들어올 수 있는 방이에요.',
    private: '이제 비공개 방이에요.',
    guestsIn: '이제 손님도 들어올 수 있어요.',
    guestsOut: '이제 손님은 들어올 수 없어요.',
    peopleMax: (count) => `이제 이 방에는 ${count}명까지 놀러 올 수 있어요.`,
    editor: '이제 이 방을 함께 꾸밀 수 있어요.',
    visitor: '이제 방문자로 있어요.',
  },
  typing: {
    one: (name) => `${name} 님이 쓰는 중…`,
    two: (first, second) => `${first} 님과 ${second} 님이 쓰는 중…`,
    many: (count) => `${count}명이 쓰는 중…`,
  },
  limits: {
    chat: (count) => `천천히요, ${count}초 뒤에 다시 말할 수 있어요. 쓴 말은 그때 보내져요.`,
    edits: (count) => `한꺼번에 많이 바꿨어요. ${count}초 뒤에 이어서 저장해요.`,
    busy: (count) => `서버가 저장하느라 바빠요. ${count}초 뒤에 이어서 할게요.`,
  },
  muted: '방 주인이 잠시 조용히 있어 달라고 했어요. 걷고 듣는 건 괜찮아요.',
  masked: '여기서 쓸 수 없는 말을 가렸어요.',
  blocked: {
    lockedTitle: '문이 잠겨 있어요',
    locked: '방 주인이 문을 잠갔어요. 문이 열리면 들어가게 해 드릴게요.',
    kickedTitle: '방에서 나왔어요',
    kicked: '방 주인이 밖으로 내보냈어요. 원하면 다시 들어갈 수 있어요.',
    bannedTitle: '들어갈 수 없는 방이에요',
    banned: '방 주인이 들어오지 못하게 정했어요.',
    crowdedTitle: '창을 너무 많이 열었어요',
    crowded: '다른 창을 하나 닫으면 여기로 들어올 수 있어요.',
    comeIn: '다시 들어가기',
    knock: '지금 해 보기',
  },
  manage: {
    room: '방 관리',
    history: '바뀐 기록',
    person: (name) => `${name} 님에 대해 더 보기`,
  },
};
