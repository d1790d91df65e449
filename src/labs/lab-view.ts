import type { Lab, LabView } from './lab.ts';

/** The part of a lab that everyone may see: no scripts of checks. */
export function viewOf(lab: Lab): LabView {
  const { slug, version, title, summary, introduction, conclusion, minutes, course, networks, lifetime } =
    lab;
  return {
    slug,
    version,
    title,
    summary,
    introduction,
    conclusion,
    minutes,
    course,
    networks,
    lifetime,
    machines: lab.machines.map(({ name, image, networks: on }) => ({ name, image, networks: on })),
    steps: lab.steps.map(({ id, title, instructions, check }) => ({
      id,
      title,
      instructions,
      hasCheck: check !== undefined,
    })),
  };
}
