/** Browser entry: mounts the page that the address asks for. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import './styles/tokens.css';
import './styles/base.css';

const host = document.getElementById('root');
if (!host) {
  throw new Error('index.html has no #root');
}
createRoot(host).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
