package bot

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strconv"
	"strings"
)

// The chart is small on purpose: eight weeks, two bars each, read at a glance. It
// is drawn here because Slack's own charts are not in every workspace, and a
// drawing library for sixteen rectangles would be the larger part.
const (
	chartHeight = 220
	barTop      = 30 // below it the highest bar begins
	barFoot     = 180
	weekWidth   = 72
	barWidth    = 24
	pixel       = 3 // of the digits
)

var (
	paper    = color.RGBA{255, 255, 255, 255}
	ink      = color.RGBA{29, 28, 29, 255}
	begun    = color.RGBA{69, 123, 157, 255}
	mended   = color.RGBA{46, 164, 79, 255}
	chartKey = "blue: checks, green: solved by a recheck; below, the week of the year"
)

// chart draws the weeks as a PNG.
func chart(weeks []weekOf) ([]byte, error) {
	most := int64(1)
	for _, w := range weeks {
		most = max(most, w.checks, w.solved)
	}
	img := image.NewRGBA(image.Rect(0, 0, max(1, len(weeks))*weekWidth, chartHeight))
	fill(img, img.Bounds(), paper)
	for n, w := range weeks {
		left := n*weekWidth + (weekWidth-2*barWidth)/2
		drawBar(img, left, w.checks, most, begun)
		drawBar(img, left+barWidth, w.solved, most, mended)
		_, number, _ := strings.Cut(w.name, "-W")
		digits(img, n*weekWidth+weekWidth/2, barFoot+12, number)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("draw the chart: %w", err)
	}
	return b.Bytes(), nil
}

// drawBar draws a bar with its number above it.
func drawBar(img *image.RGBA, left int, n, most int64, c color.Color) {
	top := barFoot - int(n*(barFoot-barTop)/most)
	fill(img, image.Rect(left+1, top, left+barWidth-1, barFoot), c)
	if n > 0 {
		digits(img, left+barWidth/2, top-6*pixel, strconv.FormatInt(n, 10))
	}
}

func fill(img *image.RGBA, r image.Rectangle, c color.Color) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			img.Set(x, y, c)
		}
	}
}

// glyphs are the digits, three pixels by five, a row of bits each.
var glyphs = [10][5]byte{
	{7, 5, 5, 5, 7},
	{2, 6, 2, 2, 7},
	{7, 1, 7, 4, 7},
	{7, 1, 7, 1, 7},
	{5, 5, 7, 1, 1},
	{7, 4, 7, 1, 7},
	{7, 4, 7, 5, 7},
	{7, 1, 2, 2, 2},
	{7, 5, 7, 5, 7},
	{7, 5, 7, 1, 7},
}

// digits writes a number with its middle at x and its top at y.
func digits(img *image.RGBA, x, y int, number string) {
	x -= len(number) * 4 * pixel / 2
	for _, d := range number {
		if d < '0' || d > '9' {
			continue
		}
		for row, bits := range glyphs[d-'0'] {
			for column := range 3 {
				if bits&(4>>column) != 0 {
					at := image.Pt(x+column*pixel, y+row*pixel)
					fill(img, image.Rectangle{at, at.Add(image.Pt(pixel, pixel))}, ink)
				}
			}
		}
		x += 4 * pixel
	}
}

// lately leaves out the weeks before the first check.
func lately(weeks []weekOf) []weekOf {
	first := slices.IndexFunc(weeks, func(w weekOf) bool { return w.checks > 0 })
	if first < 0 {
		return nil
	}
	return weeks[first:]
}
