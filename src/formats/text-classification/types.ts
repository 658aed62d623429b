export const title = 'ModelArts text classification 1.0';

/** The name of the file with the labels for a file with texts: `a_result.txt` of `a.txt`. */
export function resultNameOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return `${name.slice(0, dot)}_result${name.slice(dot)}`;
}

/** The file with texts that a file with labels is for; undefined when its name is not that of one. */
export function textNameOf(name: string): string | undefined {
  const match = /^(.*)_result(\.[^./]+)$/.exec(name);
  return match === null ? undefined : `${match[1]}${match[2]}`;
}
