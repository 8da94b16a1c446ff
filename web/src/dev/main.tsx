/** Workbench for the drawings, served by the development server only: /dev.html?page=sheet or ?page=room. */
import { createRoot } from 'react-dom/client';
import { RoomBench } from './room';
import { Sheet } from './sheet';

const host = document.getElementById('root');
const page = new URLSearchParams(location.search).get('page');
if (host) createRoot(host).render(page === 'room' ? <RoomBench /> : <Sheet />);
