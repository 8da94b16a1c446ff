/** Where one is signed in, tokens for programs, and the log of both. */
import { LoginList } from './LoginList';
import { LogList } from './LogList';
import { TokenList } from './TokenList';

export function LoginsTab() {
  return (
    <>
      <LoginList />
      <TokenList />
      <LogList />
    </>
  );
}
