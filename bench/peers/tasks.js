// SPDX-License-Identifier: BSL-1.0
// What the workers of the Node pools are told to do. Node has no clock of a thread's own processor time: burn() goes by
// the wall's, which counts what other processes take of the core as done.
'use strict';

exports.no_op = () => {};

exports.echo = (payload) => payload;

exports.burn = (microseconds) => {
    const end = process.hrtime.bigint() + BigInt(microseconds) * 1000n;
    while (process.hrtime.bigint() < end) {
    }
};

exports.die = () => new Promise(() => setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100));
