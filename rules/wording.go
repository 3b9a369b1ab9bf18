// SPDX-License-Identifier: AGPL-3.0-or-later

package rules

// Written is the day as the two languages write it: 3/11/2026, 3 November 2026.
func Written(d Date) Text { return Text{It: italian(d), En: english(d)} }

// Until is the day as the last one of a stretch.
func Until(d Date) Text {
	return Text{It: "fino " + article(d, "al ", "all'"), En: "until " + english(d)}
}

// By is the day as a due date.
func By(d Date) Text { return Text{It: "entro " + il(d), En: "by " + english(d)} }
