// SPDX-License-Identifier: BSL-1.0
// What every Node pool is told to do, and how it is timed. Prints a line for each figure: name, value, unit.
// A pool is an object with run(function, argument), which returns a promise, and end().
'use strict';

const fs = require('fs');

const now = () => performance.now(); // ms

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function runAll(pool, count, name, argument) {
    await Promise.all(Array.from({length: count}, () => pool.run(name, argument)));
}

async function noOpRate(pool, show) {
    await runAll(pool, 100, 'no_op');
    const begin = now();
    await runAll(pool, 8000, 'no_op');
    show('no_op/workers:2', 8000 / (now() - begin) * 1e3, 'tasks/s');
}

async function efficiency(pool, show) {
    await runAll(pool, 100, 'burn', 100);
    const begin = now();
    await runAll(pool, 2000, 'burn', 100);
    show('efficiency/task_us:100', 2000 * 0.1 / 2 / (now() - begin), 'of_ideal');
}

async function longFirst(pool, show) {
    await runAll(pool, 10, 'no_op');
    const ended = [];
    const begin = now();
    const tasks = [pool.run('burn', 2_000_000)];
    for (let i = 0; i < 1000; ++i)
        tasks.push(pool.run('burn', 1000).then(() => ended.push(now() - begin)));
    await Promise.all(tasks);
    show('long_first', ended.sort((a, b) => a - b)[989] / 1e3, 's');
}

async function medianCall(pool, count, name, argument) {
    await pool.run(name, argument);
    const times = [];
    for (let i = 0; i < count; ++i) {
        const begin = now();
        await pool.run(name, argument);
        times.push(now() - begin);
    }
    return median(times);
}

async function oneAtATime(pool, show) {
    show('round_trip', 1e3 * await medianCall(pool, 500, 'no_op'), 'us');
    for (const [mebibytes, count] of [[1, 10], [64, 3]]) {
        const bytes = mebibytes << 20;
        const ms = await medianCall(pool, count, 'echo', new Uint8Array(bytes).fill(1));
        show(`echo/bytes:${bytes}`, 2 * mebibytes / ms * 1e3, 'MiB/s');
    }
}

function parentOf(pid) {
    try {
        return +fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) . /s, '').split(' ')[0];
    } catch {
        return 0; // it has ended
    }
}

function pssOfAll() {
    const family = fs.readdirSync('/proc').filter((pid) => +pid && (+pid === process.pid || parentOf(pid) === process.pid));
    return family.map((pid) => +/^Pss: +(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1])
        .reduce((a, b) => a + b, 0);
}

// A worker may be a thread of this process, so what counts is what two of them add to it.
async function idlePss(make, show) {
    const before = pssOfAll();
    const pool = make(2);
    await runAll(pool, 8, 'burn', 20_000);
    show('idle_pss', (pssOfAll() - before) / 2, 'KiB');
    await pool.end();
}

function outcome(promise) {
    const late = new Promise((resolve) => setTimeout(() => resolve('no outcome within 2 s'), 2000).unref());
    return Promise.race([promise.then(() => 'result', (error) => error.constructor.name + ': ' + error.message), late]);
}

async function killed(pool, show) {
    await runAll(pool, 10, 'no_op');
    const victim = pool.run('die');
    const others = Array.from({length: 50}, () => pool.run('burn', 10_000));
    const told = (await outcome(victim)).split('\n')[0];
    const lost = (await Promise.all(others.map(outcome))).filter((each) => each !== 'result').length;
    const usable = await outcome(pool.run('no_op')) === 'result';
    show('killed', null, `${told}; ${lost} of 50 other tasks lost; pool ${usable ? 'goes on' : 'is broken'}`);
}

async function start(make, show, workers) {
    const begin = now();
    const pool = make(workers);
    await pool.run('no_op');
    show(`start/workers:${workers}/GiB:0`, now() - begin, 'ms');
    await pool.end();
}

async function withPool(make, workers, work, show) {
    const pool = make(workers);
    await work(pool, show);
    await pool.end();
}

exports.measure = async function(name, make, survivesDeaths) {
    const show = (work, value, unit) =>
        console.log(value === null ? `note ${name}/${work} ${unit}` : `${name}/${work} ${value.toPrecision(6)} ${unit}`);
    await idlePss(make, show); // first, because Node keeps what it has once had
    await start(make, show, 2);
    await start(make, show, 8);
    for (const work of [noOpRate, efficiency, longFirst])
        await withPool(make, 2, work, show);
    await withPool(make, 1, oneAtATime, show);
    if (survivesDeaths)
        await withPool(make, 2, killed, show);
    else
        show('killed', null, 'its workers are threads: the whole program dies');
};
