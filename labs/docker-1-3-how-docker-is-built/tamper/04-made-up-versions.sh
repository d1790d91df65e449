# Names without versions, and versions that nothing here has.
printf 'containerd 0.0.1\nrunc 0.0.1\ncontainerd +\nrunc ~\n' > ~/parts.txt
