/** English texts of refusals about rooms, guestbooks, words and reports. Its shape is the type: Korean must have the same entries. */

export const en = {
  too_many_rooms: 'You have as many rooms as one can. Delete one first.',
  front_room: 'Your front room stays. Choose another front room first.',
  room_archived: 'This room is archived. Bring it back first.',
  template_not_found: 'That template is not available here.',
  layout_not_found: 'That layout is gone.',
  too_many_layouts: 'No more layouts fit. Remove one first.',
  too_many_editors: 'No more people can decorate this room.',
  entry_not_found: 'That entry is gone.',
  too_many_entries: 'The guestbook is full.',
  too_late_to_edit: 'It was written too long ago to be changed.',
  too_many_muted_words: 'You mute as many words as one can. Remove one first.',
  content_refused: 'That may not be said here.',
  content_not_found: 'What you report is gone already.',
  reports_oneself: 'You cannot report yourself.',
  case_not_found: 'That case is gone.',
  invalid_decision: 'That cannot be decided about this.',
  decision_not_found: 'That decision is gone.',
  layout_unfit: 'The layout does not fit the room any more.',
  already_decided: 'Somebody has decided about it already.',
  not_appealable: 'One cannot appeal against this, or not any more.',
};
