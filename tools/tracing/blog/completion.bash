# SPDX-License-Identifier: LGPL-2.1
# Completion of the command blog for bash. It is found by itself if it is installed as
# "blog" in the directory completions of bash-completion; else: . completion.bash

_blog_commands="show hung tasks status top sites on off clear budget dump export"

# What a command takes, options with a value ending in =.
_blog_options()
{
	case $1 in
	show)	echo "-p= --pid= -c= --comm= --client= -l= --logger= -g= --grep= --since= --until=
		      -n= --lines= -r --raw-time -f --follow -i= --input= --json" ;;
	hung)	echo "-n= --lines= -a= --age= --json" ;;
	tasks)	echo "--json" ;;
	status)	echo "--json" ;;
	top)	echo "-l= --logger= -d= --duration= -n= --lines= -m --messages --json" ;;
	sites)	echo "-l= --logger= --on --off --json" ;;
	on|off)	echo "-l= --logger= --json" ;;
	clear)	echo "-l= --logger= -a --all --json" ;;
	budget)	echo "-l= --logger= --json" ;;
	dump)	echo "-p= --pid= -c= --comm= --client= -l= --logger= -g= --grep= --since= --until=
		      -n= --lines= -r --raw-time --json --hung -a= --age=" ;;
	export)	echo "-o= --output= -i= --input= --sched -p= --pid= -c= --comm= --client=
		      -l= --logger= -g= --grep= --since= --until=" ;;
	"")	echo "--json --version" ;;
	esac
	echo "-h --help"
}

# Loggers, as far as one may see them.
_blog_loggers()
{
	ls /sys/kernel/tracing/instances/blog/loggers 2>/dev/null
}

# What statements have: functions, or files without their directories.
_blog_of_statements()
{
	cat /sys/kernel/tracing/instances/blog/loggers/*/sites 2>/dev/null | awk -v what="$1" '
		NF < 5 { next }
		what == "func" { print $4 }
		what == "file" { sub(/:[0-9]+$/, "", $3); sub(/.*\//, "", $3); print $3 }' | sort -u
}

# Tasks; but no name that the shell would do something with.
_blog_comms()
{
	cat /proc/[0-9]*/comm 2>/dev/null | grep -xE '[A-Za-z0-9_./:+-]+' | sort -u
}

# _blog_words TEXT: those words that begin with what has been typed. compgen -W would
# expand them.
_blog_words()
{
	local words word
	read -r -d '' -a words <<<"$1"
	for word in "${words[@]}"; do
		[[ $word != "$cur"* ]] || COMPREPLY+=("$word")
	done
}

_blog_value()
{
	case $1 in
	-l|--logger)	_blog_words "$(_blog_loggers)" ;;
	-p|--pid)	_blog_words "$(cd /proc && echo [0-9]*)" ;;
	-c|--comm)	_blog_words "$(_blog_comms)" ;;
	-i|--input|-o|--output)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

# Terms of queries, and what stands behind them.
_blog_query()
{
	case $1 in
	func|file)	_blog_words "$(_blog_of_statements "$1")" ;;
	line|format)	;;
	*)		_blog_words "func file line format" ;;
	esac
}

_blog()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command="" options

	COMPREPLY=()
	[ "$COMP_CWORD" = 1 ] || command=${COMP_WORDS[1]}
	# "--logger=x" is three words for bash.
	if [ "$cur" = = ]; then
		cur=""
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	options=" $(_blog_options "$command" | tr -s '\t\n' '  ')"
	case $options in
	*" $prev= "*)	_blog_value "$prev"; return ;;
	esac
	case $cur in
	-*)	_blog_words "${options//=/}"; return ;;
	esac
	case $command in
	"")		_blog_words "$_blog_commands" ;;
	sites|on|off)	_blog_query "$prev" ;;
	budget)		_blog_words "64M 128M 256M 512M" ;;
	dump)		compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -F _blog blog
