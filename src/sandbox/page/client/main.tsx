import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import 'slack-blocks-to-jsx/dist/style.css';
import 'uplot/dist/uPlot.min.css';
import { App } from './app.tsx';
import './styles/theme.css';
import './styles/frame.css';
import './styles/messages.css';
import './styles/forms.css';
import './styles/truth.css';

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
