import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { App } from './app.tsx';
import { createApiClient } from './modules/api/client.ts';
import './styles/base.css';
import './styles/prose.css';
import './styles/lab.css';
import './styles/step.css';
import './styles/check.css';
import './styles/stage.css';
import './styles/terminal.css';
import './styles/files.css';
import './styles/staff.css';

const root = document.querySelector('#root');
if (!root) throw new Error('The page has no #root.');

createRoot(root).render(
  <StrictMode>
    <Provider value={createApiClient()}>
      <App />
    </Provider>
  </StrictMode>,
);
