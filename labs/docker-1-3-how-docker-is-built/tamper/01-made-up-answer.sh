# An answer that no daemon gave.
echo '{"ApiVersion": "1.41", "GitCommit": "", "Version": "26.1", "Os": "linux"}' > ~/version.json
