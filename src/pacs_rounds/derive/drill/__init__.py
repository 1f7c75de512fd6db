"""May the drill run, what did it do, how long did it take, what would have been lost."""
