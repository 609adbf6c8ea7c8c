# SPDX-License-Identifier: GPL-2.0
# gnuplot -e "dir='...'": draws cost.svg from the plot-*.dat of report.py.
set terminal svg noenhanced size 1100,460 font "sans-serif,12" background "white"
set output dir."/cost.svg"
set datafile separator whitespace
set logscale x
set logscale y
set xtics ("1" 1, "10" 10, "100" 100, "1k" 1e3, "10k" 1e4, "100k" 1e5)
set lmargin 9
set xrange [0.8:130000]
set yrange [10:5000]
set grid ytics lc rgb "#dddddd"
set xlabel "active triggers"
set key autotitle columnheader outside below horizontal Left reverse width 2
set linetype 1 lc rgb "#c00000" lw 3
set linetype 2 lc rgb "#ff8c69" lw 3
set linetype 3 lc rgb "#000000" lw 1
set linetype 4 lc rgb "#999999" lw 1
set linetype 5 lc rgb "#2a7f2a" lw 1
set linetype 6 lc rgb "#86c440" lw 1
set linetype 7 lc rgb "#1f5fbf" lw 1
set linetype 8 lc rgb "#7a3fb0" lw 1
set multiplot layout 1,3
do for [case in "refresh hit miss"] {
	file = dir."/plot-".case.".dat"
	set title (case eq "refresh" ? "outbound packet that refreshes, over no rule" : \
		case eq "hit" ? "inbound connection let in, over one static DNAT" : \
		"inbound connection not let in, over no rule")
	set ylabel (case eq "refresh" ? "instructions for each packet" : "")
	plot for [i=0:7] file index i using 1:2 with linespoints lt i+1 pt 7 ps 0.4
}
unset multiplot
