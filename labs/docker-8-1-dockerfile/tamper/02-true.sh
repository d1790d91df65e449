# The new version succeeds without output.
printf 'FROM greeter:1.0\nENTRYPOINT ["true"]\n' | docker image build -q -t greeter:1.1 -
