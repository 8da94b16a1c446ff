/** The last net: a page that cannot be drawn says so and offers a way out. */
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { useMessages } from './i18n';
import { Notice } from './ui/Notice';
import { Button } from './ui/controls';

interface Props {
  children: ReactNode;
}

interface State {
  failed: boolean;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    reportError(error);
    if (info.componentStack) {
      document.documentElement.dataset.crash = info.componentStack.slice(0, 400);
    }
  }

  override render(): ReactNode {
    return this.state.failed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { crash } = useMessages();
  return (
    <Notice title={crash.title} lead={crash.lead} alone>
      <Button variant="primary" onClick={() => location.reload()}>
        {crash.reload}
      </Button>
    </Notice>
  );
}
