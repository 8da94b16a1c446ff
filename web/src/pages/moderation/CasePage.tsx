/** /moderation/cases/:id: what somebody wrote or did, what is said against it, and deciding. */
import { Link } from 'wouter';
import { fetchCase, type CaseFile, type StaffDecision } from '../../app/api/moderation';
import { textOf, useMessages } from '../../app/i18n';
import { DecisionText } from '../../app/moderation/DecisionText';
import { placeOf } from '../../app/moderation/ruling';
import { useModerationWords } from '../../app/moderation/words';
import { usePageTitle } from '../../app/pageTitle';
import { PersonRow } from '../../app/social/PersonRow';
import { useProblemText } from '../../app/social/useProblemText';
import { useResource } from '../../app/state/resource';
import { Button, ButtonLink, cardClass, Chip, classes } from '../../app/ui/controls';
import { smallClass } from '../../app/ui/form';
import { Notice } from '../../app/ui/Notice';
import { PageFrame } from '../../app/ui/PageFrame';
import { Waiting } from '../../app/ui/Waiting';
import { useWhen } from '../../app/when';
import { DecideForm } from './DecideForm';
import styles from './desk.module.css';
import { ForModerators } from './ModerationPage';
import { useDeskWords } from './words';

export function CasePage({ id }: { id: string }) {
  const words = useDeskWords();
  usePageTitle(words.title);
  return (
    <ForModerators>
      <Loaded id={id} />
    </ForModerators>
  );
}

function Loaded({ id }: { id: string }) {
  const words = useDeskWords();
  const { common } = useMessages();
  const problem = useProblemText();
  const [found, again] = useResource(id, (signal) => fetchCase(id, signal));
  if (found.status === 'loading') {
    return <Waiting />;
  }
  if (found.status === 'failed') {
    return (
      <Notice title={words.title} lead={problem(found.error)} alone>
        <Button variant="primary" onClick={again}>
          {common.retry}
        </Button>
        <ButtonLink href="/moderation">{words.back}</ButtonLink>
      </Notice>
    );
  }
  return <Shown file={found.value} decided={again} />;
}

function Shown({ file, decided }: { file: CaseFile; decided(): void }) {
  const words = useDeskWords();
  const { kinds } = useModerationWords();
  const when = useWhen();
  const { case: about } = file;
  const place = placeOf(about.kind, about.subject);
  return (
    <PageFrame>
      <h1 className={styles.title}>{words.caseOf(textOf(kinds, about.kind))}</h1>
      <p className={styles.back}>
        <Link href="/moderation">{words.back}</Link>
      </p>
      <div className={classes(cardClass, styles.card, styles.case)}>
        <div className={styles.body}>
          <p className={styles.chips}>
            {about.reports > 0 && <Chip tone="waiting">{words.reports(about.reports)}</Chip>}
            {about.held && <Chip>{words.held}</Chip>}
            <span className={smallClass}>{about.closedMs === null ? words.waitsSince(when(about.openedMs)) : words.decidedAt(when(about.closedMs))}</span>
          </p>
          {about.author ? (
            <ul>
              <PersonRow person={about.author} />
            </ul>
          ) : (
            <p>{words.guest}</p>
          )}
          <Said file={file} />
          {place && <Link href={place}>{words.see}</Link>}
        </div>
      </div>
      <Part title={words.reportsTitle}>
        {file.reports.length === 0 ? <p className={smallClass}>{words.noReports}</p> : <Reports file={file} />}
      </Part>
      {file.decisions.length > 0 && (
        <Part title={words.decisions}>
          <Decisions decisions={file.decisions} />
        </Part>
      )}
      <Part title={words.past}>{file.past.length === 0 ? <p className={smallClass}>{words.noPast}</p> : <Decisions decisions={file.past} />}</Part>
      {about.open && (
        <Part title={words.decide}>
          <DecideForm about={about} decided={decided} />
        </Part>
      )}
    </PageFrame>
  );
}

/** What it said when the case was opened, and what it says now where that is something else. */
function Said({ file: { case: about, content } }: { file: CaseFile }) {
  const words = useDeskWords();
  return (
    <>
      <h2 className={styles.label}>{words.wasText}</h2>
      <blockquote className={styles.said}>{about.text === '' ? words.noText : about.text}</blockquote>
      <h2 className={styles.label}>{words.isText}</h2>
      {content ? (
        <>
          {content.text === about.text ? <p>{words.sameText}</p> : <blockquote className={styles.said}>{content.text === '' ? words.noText : content.text}</blockquote>}
          <p className={styles.chips} data-testid="case-standing" data-standing={content.standing}>
            <Chip>{words.standing[content.standing]}</Chip>
            {content.pictures > 0 && <Chip>{words.pictures(content.pictures)}</Chip>}
          </p>
        </>
      ) : (
        <p>{words.gone}</p>
      )}
    </>
  );
}

function Reports({ file }: { file: CaseFile }) {
  const { reasons } = useModerationWords();
  const words = useDeskWords();
  const when = useWhen();
  return (
    <ul aria-label={words.reportsTitle}>
      {file.reports.map(({ reporter, reason, comment, reportedMs }) => (
        <PersonRow key={reporter.id} person={reporter} note={[textOf(reasons, reason), comment, when(reportedMs)].filter((part) => part !== '').join(' · ')} />
      ))}
    </ul>
  );
}

function Decisions({ decisions }: { decisions: readonly StaffDecision[] }) {
  const words = useDeskWords();
  return (
    <ul>
      {decisions.map((decision) => (
        <li key={decision.id} className={classes(styles.row, styles.words)}>
          <DecisionText decision={decision} />
          {decision.note !== '' && <span className={smallClass}>{words.note(decision.note)}</span>}
          {decision.appeal && <span className={smallClass}>{words.appeal[decision.appeal.state]}</span>}
        </li>
      ))}
    </ul>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className={classes(cardClass, styles.card, styles.part)} aria-label={title}>
      <h2 className={styles.partTitle}>{title}</h2>
      {children}
    </section>
  );
}
