# tickets.gp - made by: retrial plot experiments/papers/lottery-ticket/lottery-ticket.yaml --db results/lottery-ticket.db --folder results/reference/papers/lottery-ticket/figures
# Draw it again with: gnuplot -d -c tickets.gp svg (or png, pdf). The numbers are in tickets.tsv.
panels = 1
array panel_title[1] = ['mnist']
rows = 7
array row_title[7] = ['dense', 'ticket-51', 'reinit-51', 'ticket-21', 'reinit-21', 'ticket-13', 'reinit-13']
row_title_width = 9
x_label = 'test accuracy (%)'
legend_entries = 2
legend_rows = 1
array legend[2] = ['one seed', 'mean, 95 % t interval']
array legend_style[2] = [1, 2]
array legend_line[2] = [0, 1]
array legend_point[2] = [1, 1]
array legend_x[2] = [10, 111.6]
array legend_row[2] = [0, 0]
array x_low[1] = [96.884]
array x_high[1] = [98.396]
array x_step[1] = [0.5]
array x_decimals[1] = [1]
id = 'tickets'
figure_title = 'Test accuracy of tickets and of random weights in their masks'
array caption[2] = ['Circles: single seeds, each one trained network (n = 8). Diamonds: their mean, with its 95 % Student t', 'interval.']
caption_lines = 2
plot_height = 236

# ---- style.gp ----
# style.gp - what all figures share: size, fonts, Okabe-Ito colours, title and caption. It comes before plots/KIND.gp in every script.
# Set above: figure_title, caption (array of lines), caption_lines, plot_height (pixels at 96 an inch), and the legend.
# The terminal is the first argument: svg (canonical, the same bytes every time), png or pdf. Width 7 inches, no font below 8 points.

set encoding utf8
set minussign
width = 672.0
title_height = 26.0
legend_height = legend_rows > 0 ? 15.0 * legend_rows + 7 : 0
plot_top = title_height + legend_height
caption_height = 14.0 * caption_lines + 8
height = plot_top + plot_height + caption_height
data = id . '.tsv'
output_as = ARGC > 0 ? ARG1 : 'svg'

# Sizes of fonts are given in pixels at 96 an inch: 10.7 are 8 points. SVG counts pixels, the others points.
font_unit = output_as eq 'svg' ? 1.0 : 0.75
font(pixels) = sprintf(',%.4g', pixels * font_unit)
# The height of a character and the size of a point also differ between terminals.
tic_down = output_as eq 'svg' ? 0.55 : 0.2
point_unit = output_as eq 'svg' ? 0.7 : 1.0
small = font(10.7); normal = font(11.5); large = font(13.5)

if (output_as eq 'svg') {
	set terminal svg noenhanced size width, height font 'Helvetica, Arial, Liberation Sans, sans-serif,10.7' dashlength 1 background '#ffffff'
} else { if (output_as eq 'png') {
	set terminal pngcairo noenhanced size 2 * width, 2 * height font 'Liberation Sans,8' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'
} else {
	set terminal pdfcairo noenhanced size 7, height / 96.0 font 'Liberation Sans,8' linewidth 1 background '#ffffff'
} }
set output id . '.' . output_as

# Okabe and Ito: distinguishable with every kind of colour blindness; dashes and points tell them apart in grey as well.
black = '#000000'; orange = '#e69f00'; sky = '#56b4e9'; green = '#009e73'; yellow = '#f0e442'
blue = '#0072b2'; vermilion = '#d55e00'; purple = '#cc79a7'; grey = '#777777'; pale = '#dddddd'

# Pixels from the top left corner, as gnuplot's fractions of the page from the bottom left.
x_at(pixels) = pixels / width
y_at(pixels) = 1 - pixels / height

title_font = strlen(figure_title) > 95 ? small : strlen(figure_title) > 76 ? normal : large
set label 100 figure_title at screen x_at(10), screen y_at(15) left font title_font front
do for [line = 1:caption_lines] {
	set label 100 + line caption[line] at screen x_at(10), screen y_at(plot_top + plot_height + 14 * line - 3) left font small textcolor rgb '#333333' front
}

# A legend across the figure, above its panels, as labels and arrows (a key would grow into the panels). legend: the texts; legend_x, legend_row:
# where each stands; legend_style: its line style; legend_line, legend_point: whether it shows a line, a point.
unset key
legend_y(k) = y_at(title_height + 12 + 15 * legend_row[k])
set_legend = "do for [k = 1:legend_entries] { \
	set label 200 + k legend[k] at screen x_at(legend_x[k] + 34), screen legend_y(k) left font small front; \
	if (legend_line[k]) { set arrow 200 + k from screen x_at(legend_x[k]), screen legend_y(k) rto screen x_at(28), 0 nohead linestyle legend_style[k] front }; \
	if (legend_point[k]) { set label 300 + k '' at screen x_at(legend_x[k] + 14), screen legend_y(k) point linestyle legend_style[k] front } }"
# After the first panel: title, caption and legend are drawn.
end_legend = "do for [k = 1:legend_entries] { unset label 200 + k; unset label 300 + k; unset arrow 200 + k }; do for [line = 0:caption_lines] { unset label 100 + line }"

# Place the next panel by its plotting area, in pixels from the top left, with its heading and the names of its axes ('' for none).
place = "set lmargin at screen x_at(area_left); set rmargin at screen x_at(area_left + area_width); \
	set tmargin at screen y_at(area_top); set bmargin at screen y_at(area_top + area_height); \
	set label 401 area_title at screen x_at(area_left + area_width / 2.0), screen y_at(area_top - 9) center font normal; \
	set label 402 area_x at screen x_at(area_left + area_width / 2.0), screen y_at(area_top + area_height + 32) center font small; \
	set label 403 area_y at screen x_at(area_left - 42), screen y_at(area_top + area_height / 2.0) center rotate by 90 font small"

# ---- accuracy.gp ----
# accuracy.gp - every trained network as a point, means with intervals, the paper's figures (harness/report/figure_accuracy.c has the
# numbers). Panel p has three blocks of data from 3(p - 1) on: seeds, means, the paper.

set style line 1 linecolor rgb blue linewidth 1.3 pointtype 6 pointsize 0.8 * point_unit
set style line 2 linecolor rgb black linewidth 1.4 pointtype 13 pointsize 0.8 * point_unit
set style line 3 linecolor rgb vermilion linewidth 1.6 dashtype (5, 3)

left = 20 + 6.0 * row_title_width; right = 18.0; gap = 26.0; above = 22.0; below = 40.0
area_width = (width - left - right - gap * (panels - 1)) / panels
area_top = plot_top + above
area_height = plot_height - above - below

set multiplot
@set_legend

set border 1 linecolor rgb grey linewidth 0.8
set xtics nomirror out scale 0.5 font small textcolor rgb black offset 0, tic_down
set grid xtics linecolor rgb '#e6e6e6' linewidth 0.6 linetype 1
set yrange [-rows - 0.6:-0.4]
set style fill solid noborder
set errorbars 0.6

do for [p = 1:panels] {
	area_left = left + (p - 1) * (area_width + gap)
	area_title = panel_title[p]; area_x = x_label; area_y = ''
	@place
	unset ytics
	if (p == 1) {
		set ytics scale 0 font small textcolor rgb black
		set ytics ('' 0)
		do for [r = 1:rows] { set ytics add (row_title[r] -r) }
	}
	set xrange [x_low[p]:x_high[p]]
	set xtics x_step[p]
	set format x sprintf('%%.%df', x_decimals[p])
	b = 3 * (p - 1)
	plot data index b + 2 using 1:2:3:4:5:6 with boxxyerror fillcolor rgb pale, \
	     data index b + 2 using 1:5:(0):($6 - $5) with vectors nohead linestyle 3, \
	     data index b using 1:2 with points linestyle 1, \
	     data index b + 1 using 1:2:3:4 with xerrorbars linestyle 2
	@end_legend
}
unset multiplot
