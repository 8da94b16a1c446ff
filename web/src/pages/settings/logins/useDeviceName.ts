/** How a program is called in lists. */
import { useSettingsWords } from '../words';
import { deviceOf } from './device';

export function useDeviceName(): (userAgent: string) => string {
  const { logins: words } = useSettingsWords();
  return (userAgent) => {
    const device = deviceOf(userAgent);
    return device ? words.on(device.browser, device.system) : userAgent.slice(0, 40) || words.unknownDevice;
  };
}
