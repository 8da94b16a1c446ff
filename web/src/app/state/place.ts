/** Whether the person went from page to page since this window opened. */

const landed = location.pathname;
let moved = false;

export function hasMoved(now = location.pathname): boolean {
  moved ||= now !== landed;
  return moved;
}
