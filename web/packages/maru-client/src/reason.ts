/** Why a batch was rejected, as the protocol names it. */

/** The names known here; a newer server may send others. */
export type KnownReason =
  | 'bad_batch_size'
  | 'bad_item_id'
  | 'bad_name'
  | 'bad_policy'
  | 'bad_rotation'
  | 'conflict'
  | 'content_refused'
  | 'control_characters'
  | 'empty_text'
  | 'forbidden'
  | 'item_exists'
  | 'list_full'
  | 'muted'
  | 'no_such_item'
  | 'no_such_layout'
  | 'no_such_person'
  | 'not_alone'
  | 'number_reused'
  | 'out_of_bounds'
  | 'overlap'
  | 'text_too_long'
  | 'too_many_items'
  | 'too_many_layouts'
  | 'unknown_color'
  | 'unknown_kind'
  | 'unknown_op'
  | 'unknown_theme'
  | 'wrong_surface'
  /** This client's own: too many batches wait for an answer. */
  | 'queue_full';

/** A known reason, completed by editors, or any other name. */
export type Reason = KnownReason | (string & {});
