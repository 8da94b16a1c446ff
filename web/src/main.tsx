/** Browser entry: mounts the page that the address asks for. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

const host = document.getElementById('root');
if (host) {
  createRoot(host).render(<StrictMode><h1>마루</h1></StrictMode>);
}
