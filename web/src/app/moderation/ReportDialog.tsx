/** Says to moderators what is wrong with something: the whole of it comes with the pages of moderation. */
import { useMessages } from '../i18n';
import { Button } from '../ui/controls';
import { Dialog } from '../ui/Dialog';

interface ReportDialogProps {
  kind: string;
  id: string;
  onClose(): void;
}

export function ReportDialog({ onClose }: ReportDialogProps) {
  const { common, problems } = useMessages();
  return (
    <Dialog title={problems.unavailable} close={onClose}>
      <Button onClick={onClose}>{common.close}</Button>
    </Dialog>
  );
}
