/** Content of an element: text, or elements by name in their order, of a list several. Absent ones are left out. */
export type XmlContent = string | { readonly [name: string]: XmlContent | readonly XmlContent[] | undefined };

/** An element with what is in it. Names are our own; texts may be anybody's. */
export function xml(name: string, content: XmlContent, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${escapeXml(namespace)}"`;
  const inside =
    typeof content === 'string'
      ? escapeXml(content)
      : Object.entries(content)
          .flatMap(([child, value]) =>
            (isList(value) ? value : [value]).map((each) => [child, each] as const),
          )
          .map(([child, value]) => (value === undefined ? '' : xml(child, value)))
          .join('');
  return `<${name}${attribute}>${inside}</${name}>`;
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

// https://www.w3.org/TR/xml/#charsets: what is left out here may not even be escaped.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser would make a line feed of it.
  '\r': '&#xD;',
};

function escapeXml(text: string): string {
  return text
    .replace(FORBIDDEN, '\uFFFD')
    .replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character);
}
