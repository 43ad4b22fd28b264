/** The lines of a Dockerfile as instructions, stage by stage; of its grammar only what ours uses. */
export function readStages(text) {
  const stages = [];
  for (const line of logicalLines(text)) {
    const [, word, rest] = /^(\w+)\s+(.*)$/s.exec(line) ?? [];
    if (word === 'FROM') {
      const [, image, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(rest) ?? [];
      stages.push({ image, name, steps: [] });
    } else stages.at(-1)?.steps.push(stepOf(word, rest));
  }
  return stages;
}

/** Comments out, continued lines joined. */
function logicalLines(text) {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim());
}

function stepOf(word, rest) {
  switch (word) {
    case 'RUN':
      return { word, command: rest };
    case 'COPY': {
      const [, from, paths] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest);
      const all = paths.split(/\s+/);
      return { word, from, sources: all.slice(0, -1), target: all.at(-1) };
    }
    case 'ENV':
      return { word, values: Object.fromEntries(rest.split(/\s+/).map((pair) => pair.split(/=(.*)/s).slice(0, 2))) };
    case 'CMD':
      return { word, command: JSON.parse(rest) };
    case 'HEALTHCHECK':
      return { word, command: JSON.parse(rest.slice(rest.indexOf('CMD') + 3)) };
    case 'WORKDIR':
    case 'USER':
    case 'VOLUME':
    case 'EXPOSE':
      return { word, value: rest };
    default:
      throw new Error(`the dry run does not know ${word}: teach it, so that it stays true`);
  }
}

/** What of the folder is sent to the build: our .dockerignore begins with everything and lets some paths back in. */
export function readIgnore(text) {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isIn: line.startsWith('!'), path: line.replace(/^!/, '') }));
  if (rules[0]?.path !== '*' || rules[0].isIn) throw new Error('.dockerignore does not begin with *');
  return (path) => {
    const last = rules.slice(1).findLast((rule) => path === rule.path || path.startsWith(`${rule.path}/`));
    return last?.isIn ?? false;
  };
}
