import { useTexts } from '../language/language.ts';
import { deskTexts } from './texts.ts';
/** Which of the session's machines is worked in; nothing where there is only one. */
export function MachinePicker(props: {
  machines: readonly { name: string }[];
  shown: string;
  onPick: (machine: string) => void;
}) {
  const { machines, shown, onPick } = props;
  const texts = useTexts(deskTexts);
  if (machines.length < 2) return null;
  return (
    <nav className="machines" aria-label={texts.machines}>
      <span aria-hidden="true" className="faint">
        {texts.machine}
      </span>
      {machines.map(({ name }) => (
        <button
          key={name}
          type="button"
          className="quiet"
          aria-pressed={name === shown}
          onClick={() => onPick(name)}
        >
          {name}
        </button>
      ))}
    </nav>
  );
}
