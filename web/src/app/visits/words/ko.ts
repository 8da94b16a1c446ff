/** Korean texts about visits. */
import type { VisitWords } from '.';

export const ko: VisitWords = {
  today: '오늘',
  total: '전체',
  counted: (today, total) => `오늘 ${today}명, 모두 ${total}명이 다녀갔어요`,
  visitors: '다녀간 사람',
  visitorsLead: '이 방에 최근에 다녀간 사람이에요. 보여 주지 않기로 한 사람은 이름이 없어요.',
  visitorsNone: '아직 아무도 다녀가지 않았어요.',
  unnamed: '누군가',
  unnamedLead: '다녀간 곳을 보여 주지 않는 사람이에요.',
  surf: '파도타기',
  surfLead: '이 방 주인과 가까운 누군가의 방으로 가요',
  nowhere: '지금은 타고 갈 파도가 없어요.',
  via: {
    tie: (name) => `${name} 님의 일촌 파도를 타고 왔어요.`,
    follower: (name) => `${name} 님을 팔로우하는 사람의 파도를 타고 왔어요.`,
    anywhere: (name) => `${name} 님의 방에서 파도에 실려 왔어요.`,
  },
  own: '내가 다녀온 곳',
  ownLead: '들어가 본 방이에요. 이 목록은 나만 볼 수 있어요.',
  ownNone: '아직 다녀온 곳이 없어요.',
  clear: '모두 지우기',
  clearAsk: '다녀온 기록을 지울까요? 이 목록과 다녀온 방의 방문자 목록에서 사라져요. 방문자 수에는 그대로 남아요.',
  cleared: '이제 다녀온 곳이 아무에게도 보이지 않아요.',
  roomOf: (name) => `${name} 님의 방`,
  showLead: '볼 수 있게 한 방 주인은 방문자 목록에서 나를 알아봐요. 그렇지 않으면 누군가 다녀갔다는 것만 알 수 있어요.',
  corner: '이 방에 대해',
  reportRoom: '이 방 신고하기',
};
