# SPDX-License-Identifier: BSL-1.0


def pool_of(executor):
    """The pool that works.py wants, on a kind of concurrent.futures.Executor."""

    class Pool:
        def __init__(self, workers):
            self.pool = executor(max_workers=workers)

        def submit(self, function, arguments, callback=None):
            future = self.pool.submit(function, *arguments)
            if callback:
                future.add_done_callback(callback)
            return future

        @staticmethod
        def result(submitted, seconds=None):
            return submitted.result(seconds)

        def end(self):
            self.pool.shutdown()

    return Pool
