"""What several tests share. Its place also puts tests/ on the path, so that builders such as report_run import."""
