/** One Enter, one message, whatever order an input method sends its events in. */
import { describe, expect, it } from 'vitest';
import { EnterGuard } from '../../src/pages/room/chat/enterGuard';

describe('Enter', () => {
  it('sends at once when nothing is being composed', () => {
    expect(new EnterGuard().enterPressed()).toBe(true);
  });

  it('sends once at the end of a Korean composition', () => {
    const guard = new EnterGuard();
    guard.compositionStarted();
    guard.compositionUpdated('안녕');
    expect(guard.enterPressed()).toBe(false);
    expect(guard.compositionEnded()).toBe(true);
  });

  it('sends once where the composition ends before the key is told', () => {
    const guard = new EnterGuard();
    guard.compositionStarted();
    guard.compositionUpdated('녕');
    expect(guard.compositionEnded()).toBe(false);
    expect(guard.enterPressed()).toBe(true);
  });

  it('only picks a candidate in scripts that are converted', () => {
    const guard = new EnterGuard();
    guard.compositionStarted();
    guard.compositionUpdated('こんにちは');
    expect(guard.enterPressed()).toBe(false);
    expect(guard.compositionEnded()).toBe(false);
  });

  it('does not carry an Enter into the next composition', () => {
    const guard = new EnterGuard();
    guard.compositionStarted();
    guard.compositionUpdated('가');
    guard.enterPressed();
    guard.compositionStarted();
    guard.compositionUpdated('나');
    expect(guard.compositionEnded()).toBe(false);
  });
});
