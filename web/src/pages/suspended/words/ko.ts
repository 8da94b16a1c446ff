/** Korean texts for whoever is suspended. */
import type { SuspendedWords } from '.';

export const ko: SuspendedWords = {
  title: '이용이 정지된 계정이에요',
  until: (when) => `${when}까지 이용할 수 없어요. 그 뒤에는 저절로 풀려요.`,
  noEnd: '끝나는 때가 정해지지 않았어요. 이의가 받아들여지거나 운영진이 풀 때까지 이어져요.',
  unknown: '운영진이 잠시 이용을 정지했어요.',
  meanwhile: '그동안 결정을 읽고, 이의를 제기하고, 로그아웃할 수 있어요.',
  decision: '내려진 결정',
  others: '그 밖의 결정',
  othersLead: '이 결정들 때문에 못 들어오는 것은 아니에요. 결정마다 한 번 이의를 제기할 수 있어요.',
  what: '무엇에 대해',
  account: '내 계정',
  because: '까닭',
  decided: '결정한 때',
  ends: '끝나는 때',
  endsNever: '정해지지 않음',
  appealTitle: '이의 제기',
  appealUntil: (when) => `${when}까지 한 번 이의를 제기할 수 있어요.`,
  tooLate: '이의를 제기할 수 있는 때가 지났어요.',
  yours: '내가 쓴 까닭',
  sent: (when) => `보낸 때: ${when}`,
  takenBack: '결정을 되돌렸어요.',
  look: '다시 확인',
  still: '아직 정지되어 있어요.',
  over: '이용 정지가 끝났어요. 다시 만나 반가워요.',
};
