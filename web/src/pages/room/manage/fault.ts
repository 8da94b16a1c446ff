/** What an outcome means to whoever decided. */
import type { Outcome } from 'maru-client';
import { textOf, type Messages } from '../../../app/i18n/messages';
import type { ManageWords } from './words';

/** Why a decision does not stand; null when it does. */
export function faultOf(rejections: Messages['rejections'], faults: ManageWords['faults'], outcome: Outcome): string | null {
  switch (outcome.status) {
    case 'applied':
    case 'superseded':
    case 'duplicate':
      return null;
    case 'rejected':
      return textOf(rejections, outcome.reason);
    case 'unproven':
    case 'unsent':
      return faults[outcome.status];
  }
}
