/** Line icons, drawn on a 24 x 24 grid: icon fonts miss glyphs, pictures blur. */
import type { ReactElement } from 'react';

const paths = {
  home: <path d="M4 11.5 12 4l8 7.5M6.5 9.8V20h11V9.8M10 20v-5.5h4V20" />,
  smile: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M8.5 14.2c.8 1.5 2 2.3 3.5 2.3s2.7-.8 3.5-2.3M9 9.6v.6M15 9.6v.6" />
    </>
  ),
  send: <path d="M4 12 20 4.5 15.5 20l-4-6.2L4 12ZM11.5 13.8 20 4.5" />,
  chat: <path d="M5 5h14a1.8 1.8 0 0 1 1.8 1.8v8A1.8 1.8 0 0 1 19 16.6h-6.5L8 20.4v-3.8H5a1.8 1.8 0 0 1-1.8-1.8v-8A1.8 1.8 0 0 1 5 5ZM8 9.5h8M8 12.5h5" />,
  people: (
    <>
      <circle cx="9" cy="8.5" r="3.5" />
      <path d="M2.8 19.5c.5-3.5 2.9-5.5 6.2-5.5s5.7 2 6.2 5.5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17.8 14.6c2 .7 3.2 2.4 3.5 4.9" />
    </>
  ),
  things: <path d="M5 11V7.5A2.5 2.5 0 0 1 7.5 5h9A2.5 2.5 0 0 1 19 7.5V11M5 11a2 2 0 0 0-2 2v4h18v-4a2 2 0 0 0-4 0v1H7v-1a2 2 0 0 0-2-2ZM5 17v2.5M19 17v2.5" />,
  brush: <path d="M14.5 5.5 19.5 3l1.5 1.5-2.5 5-7 7-4-4 7-7ZM7.5 12.5l4 4c-.5 2.5-2.6 4-5 4-1.3 0-2.5-.3-3.5-1 1.5-.5 1.7-1.5 1.7-2.8 0-2 1.1-3.7 2.8-4.2Z" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  rotateLeft: <path d="M4.5 5v5h5M5 10a8 8 0 1 1-.7 4.5" />,
  rotateRight: <path d="M19.5 5v5h-5M19 10a8 8 0 1 0 .7 4.5" />,
  duplicate: (
    <>
      <rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2.5" />
      <path d="M5.5 15.5A1.5 1.5 0 0 1 4 14V6.5A2.5 2.5 0 0 1 6.5 4H14a1.5 1.5 0 0 1 1.5 1.5" />
    </>
  ),
  palette: (
    <>
      <path d="M12 3.5a8.5 8.5 0 1 0 0 17c1.4 0 2-.9 2-1.9 0-1.4-1-1.7-1-2.9 0-1 .8-1.7 1.9-1.7H17a3.5 3.5 0 0 0 3.5-3.5c0-4-3.8-7-8.5-7Z" />
      <path d="M7.5 12v.01M9.5 8v.01M14 7.5v.01" strokeWidth="2.8" />
    </>
  ),
  trash: <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.9 13h9.2l.9-13M10.3 11v5M13.7 11v5" />,
  undo: <path d="M8.5 5 4 9.5 8.5 14M4.5 9.5h9a5.5 5.5 0 0 1 0 11H9" />,
  redo: <path d="M15.5 5 20 9.5 15.5 14M19.5 9.5h-9a5.5 5.5 0 0 0 0 11H15" />,
  sun: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4" />
    </>
  ),
  moon: <path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z" />,
  search: (
    <>
      <circle cx="10.5" cy="10.5" r="6" />
      <path d="m15 15 5 5" />
    </>
  ),
  dice: (
    <>
      <rect x="4" y="4" width="16" height="16" rx="4.5" />
      <path d="M8.7 8.7v.01M15.3 8.7v.01M12 12v.01M8.7 15.3v.01M15.3 15.3v.01" strokeWidth="2.7" />
    </>
  ),
  door: <path d="M6 20.5V5a1.5 1.5 0 0 1 1.5-1.5h9A1.5 1.5 0 0 1 18 5v15.5M3.5 20.5h17M14.5 12v.5" />,
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  cloud: <path d="M7 18.5a4.5 4.5 0 0 1-.4-9A6 6 0 0 1 18 10.6a4 4 0 0 1-.5 7.9H7Z" />,
  unplugged: <path d="m4 4 16 16M8.5 8.8A9 9 0 0 0 4 11.5M12 8a9.5 9.5 0 0 1 8 3.5M7.5 15.2A5.5 5.5 0 0 1 12 13.2M12 18v.01" />,
  chevronDown: <path d="m6 9.5 6 6 6-6" />,
  chevronUp: <path d="m6 14.5 6-6 6 6" />,
  arrow: <path d="M5 12h14M13 6l6 6-6 6" />,
  login: <path d="M13.5 4h4A1.5 1.5 0 0 1 19 5.5v13a1.5 1.5 0 0 1-1.5 1.5h-4M4 12h10.5M10.5 8l4 4-4 4" />,
  deselect: <path d="M4.5 8V6A1.5 1.5 0 0 1 6 4.5h2M16 4.5h2A1.5 1.5 0 0 1 19.5 6v2M19.5 16v2a1.5 1.5 0 0 1-1.5 1.5h-2M8 19.5H6A1.5 1.5 0 0 1 4.5 18v-2M9.5 9.5l5 5M14.5 9.5l-5 5" />,
  settings: (
    <>
      <circle cx="12" cy="12" r="3" />
      <path d="M12 3.5v2.2M12 18.3v2.2M3.5 12h2.2M18.3 12h2.2M6 6l1.6 1.6M16.4 16.4 18 18M6 18l1.6-1.6M16.4 7.6 18 6" />
      <circle cx="12" cy="12" r="6.3" />
    </>
  ),
  plus: <path d="M12 5.5v13M5.5 12h13" />,
  minus: <path d="M5.5 12h13" />,
  lock: <path d="M6.5 11h11A1.5 1.5 0 0 1 19 12.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11ZM8 11V8a4 4 0 0 1 8 0v3M12 14.5v2" />,
  more: <path d="M6 12v.01M12 12v.01M18 12v.01" strokeWidth="3.2" />,
  history: <path d="M4.5 5v4.5H9M4.8 9.5a8 8 0 1 1-.6 4M12 8v4.5l3 2" />,
  layers: <path d="m12 4 8.5 4.5L12 13 3.5 8.5 12 4ZM4.5 12.5 12 16.5l7.5-4M4.5 16.5 12 20.5l7.5-4" />,
  mute: <path d="M5 5h14a1.8 1.8 0 0 1 1.8 1.8v8A1.8 1.8 0 0 1 19 16.6h-6.5L8 20.4v-3.8H5a1.8 1.8 0 0 1-1.8-1.8v-8A1.8 1.8 0 0 1 5 5ZM9.5 8.5l5 5M14.5 8.5l-5 5" />,
  ban: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="m6 6 12 12" />
    </>
  ),
  exit: <path d="M10.5 4h-4A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20h4M9.5 12H20M16 8l4 4-4 4" />,
  move: <path d="M12 3.5v17M3.5 12h17M9.5 6 12 3.5 14.5 6M9.5 18l2.5 2.5 2.5-2.5M6 9.5 3.5 12 6 14.5M18 9.5l2.5 2.5-2.5 2.5" />,
  bell: <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 20.5a2.2 2.2 0 0 0 4 0" />,
  person: (
    <>
      <circle cx="12" cy="8" r="4" />
      <path d="M4.5 20.5c.6-4 3.5-6.5 7.5-6.5s6.9 2.5 7.5 6.5" />
    </>
  ),
  follow: (
    <>
      <circle cx="10" cy="8" r="4" />
      <path d="M3 20.5c.5-4 3.2-6.5 7-6.5 1.6 0 3 .4 4.1 1.2M18 14.5v6M15 17.5h6" />
    </>
  ),
  heart: <path d="M12 20c-5.5-3.8-8.5-7-8.5-10.6A4.6 4.6 0 0 1 12 7a4.6 4.6 0 0 1 8.5 2.4C20.5 13 17.5 16.2 12 20Z" />,
  link: <path d="M10 14a4 4 0 0 0 6 .4l2.8-2.8a4 4 0 0 0-5.7-5.7L11.8 7.2M14 10a4 4 0 0 0-6-.4l-2.8 2.8a4 4 0 0 0 5.7 5.7l1.3-1.3" />,
  shield: <path d="M12 3.5 19 6v5.5c0 4.5-2.8 7.6-7 9-4.2-1.4-7-4.5-7-9V6l7-2.5ZM9 12l2.2 2.2L15.2 10" />,
  key: (
    <>
      <circle cx="8" cy="15.5" r="4" />
      <path d="m11 12.5 8-8M15.5 8l2.5 2.5M18 5.5l2 2" />
    </>
  ),
  download: <path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14" />,
  copy: (
    <>
      <rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2.5" />
      <path d="M5.5 15.5A1.5 1.5 0 0 1 4 14V6.5A2.5 2.5 0 0 1 6.5 4H14a1.5 1.5 0 0 1 1.5 1.5" />
    </>
  ),
  pencil: <path d="m4.5 19.5 1-4L16 5l3 3L8.5 18.5l-4 1ZM13.5 7.5l3 3" />,
  globe: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17" />
    </>
  ),
  repeat: <path d="M4.5 12V9.5A3 3 0 0 1 7.5 6.5H19M16 3.5l3 3-3 3M19.5 12v2.5a3 3 0 0 1-3 3H5M8 20.5l-3-3 3-3" />,
  bookmark: <path d="M6.5 4h11v16.5L12 16l-5.5 4.5V4Z" />,
  picture: (
    <>
      <rect x="3.5" y="4.5" width="17" height="15" rx="2.5" />
      <path d="m4 17 5-5 4 4 3-3 4.5 4M15.5 9v.01" />
    </>
  ),
  pin: <path d="M9 4h6l-.7 6 3.2 3.5h-11L9.7 10 9 4ZM12 13.5v7" />,
  look: (
    <>
      <path d="M2.5 12c2.3-4.3 5.5-6.5 9.5-6.5s7.2 2.2 9.5 6.5c-2.3 4.3-5.5 6.5-9.5 6.5S4.8 16.3 2.5 12Z" />
      <circle cx="12" cy="12" r="2.8" />
    </>
  ),
  quote: <path d="M4.5 17v-5.5c0-3 1.5-5 4.5-5.5M4.5 12H9v5H4.5M14 17v-5.5c0-3 1.5-5 4.5-5.5M14 12h4.5v5H14" />,
  device: <path d="M4.5 6A1.5 1.5 0 0 1 6 4.5h12A1.5 1.5 0 0 1 19.5 6v9.5h-15V6ZM2.5 19h19" />,
} satisfies Record<string, ReactElement>;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {paths[name]}
    </svg>
  );
}
