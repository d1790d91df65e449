/** `text` with what is given for them in its places, such as `{name}`; a place without a value stays. */
export function filled(text: string, values: Readonly<Record<string, string | number | boolean>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
