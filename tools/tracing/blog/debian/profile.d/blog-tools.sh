# Where perf of Debian 12 finds the plugin of BLOG: it knows no directory for all
# users. Other programs look here beside their own; whoever has named a directory
# keeps it.
if [ -z "${TRACEEVENT_PLUGIN_DIR-}" ] && [ -d /usr/lib/blog-tools/plugins ]; then
	export TRACEEVENT_PLUGIN_DIR=/usr/lib/blog-tools/plugins
fi
