// Reads a slate from another origin, keeps its ETag, and follows the stream: the events carry no content, they only say when
// to look again.
const api = new URLSearchParams(location.search).get('api') ?? '';
const rows = document.querySelector('tbody');
let etag = '';

function cell(text) {
    const element = document.createElement('td');
    element.textContent = text ?? '–';
    return element;
}

function show(slate) {
    document.getElementById('date').textContent = slate.slate_date;
    document.getElementById('version').textContent = slate.version;
    // A halted slate is not to be relied on; its reason comes first.
    document.getElementById('status').textContent = [slate.status, ...slate.status_reasons].join(', ');
    rows.replaceChildren(...slate.data.games.flatMap((game) => game.players.map((player) => {
        const row = document.createElement('tr');
        row.id = player.player_lookup;
        row.append(cell(player.name), cell(player.team), cell(player.prediction?.line), cell(player.prediction?.predicted));
        return row;
    })));
}

async function load() {
    try {
        const answer = await fetch(`${api}/v1/slates/current`, { headers: etag ? { 'If-None-Match': etag } : {} });
        if (answer.status === 304) return;
        if (!answer.ok) throw new Error((await answer.json()).detail);
        etag = answer.headers.get('ETag');
        show(await answer.json());
        document.body.dataset.slate = 'shown';
    } catch (error) {
        document.body.dataset.slate = 'failed';
        document.getElementById('status').textContent = `not loaded: ${error.message}`;
    }
}

const stream = new EventSource(`${api}/v1/stream?topics=slate:current`);
stream.addEventListener('hello', () => { document.body.dataset.stream = 'open'; });
for (const name of ['slate.updated', 'document.updated', 'resync']) stream.addEventListener(name, load);
load();
