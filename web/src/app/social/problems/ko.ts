/** Korean texts of refusals about rooms, guestbooks, words and reports. */
import type { en } from './en';

export const ko: typeof en = {
  too_many_rooms: '방은 더 만들 수 없어요. 먼저 하나를 지워 주세요.',
  front_room: '대표 방은 그대로 둬야 해요. 먼저 다른 방을 대표로 정해 주세요.',
  room_archived: '보관한 방이에요. 먼저 다시 꺼내 주세요.',
  template_not_found: '여기서는 쓸 수 없는 견본이에요.',
  layout_not_found: '이미 없는 배치예요.',
  too_many_layouts: '배치를 더 담아 둘 수 없어요. 먼저 하나를 지워 주세요.',
  too_many_editors: '함께 꾸밀 사람을 더 늘릴 수 없어요.',
  entry_not_found: '이미 없는 글이에요.',
  too_many_entries: '방명록이 가득 찼어요.',
  too_late_to_edit: '쓴 지 오래되어 고칠 수 없어요.',
  too_many_muted_words: '가릴 말을 더 늘릴 수 없어요. 먼저 하나를 빼 주세요.',
  content_refused: '여기서는 쓸 수 없는 말이에요.',
  content_not_found: '신고하려는 글이 이미 없어요.',
  reports_oneself: '나 자신은 신고할 수 없어요.',
  case_not_found: '이미 없는 건이에요.',
  invalid_decision: '이 건에는 내릴 수 없는 결정이에요.',
  decision_not_found: '이미 없는 결정이에요.',
  layout_unfit: '이 배치는 이제 방에 맞지 않아요.',
  already_decided: '이미 다른 사람이 결정했어요.',
  not_appealable: '이의를 제기할 수 없는 결정이에요.',
};
