"""Run jobs on a Dask cluster.

In the sandbox: `runner` is what the supervisor knows, `cluster` keeps the connection and knows the workers, `capacity`
says what these can run, `link` talks to one of them, `run` is one start of a job, `attempt` decides which execution of
it may go on and when nothing of it is left, `fetch` brings its files. On a worker: `execution` is a job there, `post`
answers the sandbox. `probe` and `storage` are used on both sides.
"""
