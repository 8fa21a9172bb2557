# SPDX-License-Identifier: BSL-1.0
import multiprocessing

import works


class Pool:
    def __init__(self, workers):
        self.pool = multiprocessing.Pool(workers)

    def submit(self, function, arguments, callback=None):
        return self.pool.apply_async(function, arguments, callback=callback)

    @staticmethod
    def result(submitted, seconds=None):
        return submitted.get(seconds)

    def end(self):
        self.pool.terminate()
        self.pool.join()


if __name__ == '__main__':
    works.measure('multiprocessing', Pool)
