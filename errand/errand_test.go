// SPDX-License-Identifier: AGPL-3.0-or-later

package errand

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestWorkGoesOnAndIsFoundAgainByWhoStartedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, step := New[string](t.Context(), 2, 10), make(chan struct{})
		id, err := d.Start("giulia", func(_ context.Context, tell Progress) (string, error) {
			tell(3, 10)
			<-step
			return "done", nil
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s, err := d.Find(id, "giulia"); err != nil || !s.Going() || s.Done != 3 || s.Total != 10 {
			t.Errorf("%+v, %v", s, err)
		}
		close(step)
		synctest.Wait()
		if s, err := d.Find(id, "giulia"); err != nil || s.Going() || s.Result != "done" {
			t.Errorf("%+v, %v", s, err)
		}
		if _, err := d.Find(id, "marco"); !errors.Is(err, ErrGone) {
			t.Errorf("somebody else finds it: %v", err)
		}
		time.Sleep(keep + time.Second)
		if _, err := d.Start("giulia", nothing); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Find(id, "giulia"); !errors.Is(err, ErrGone) {
			t.Errorf("it is kept for good: %v", err)
		}
		synctest.Wait()
	})
}

func nothing(context.Context, Progress) (string, error) { return "", nil }

func TestNoMoreGoesOnAtOnceThanTheDeskTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, step := New[string](t.Context(), 1, 10), make(chan struct{})
		_, err := d.Start("giulia", func(context.Context, Progress) (string, error) { <-step; return "", nil })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Start("marco", nothing); !errors.Is(err, ErrBusy) {
			t.Errorf("taken all the same: %v", err)
		}
		close(step)
		synctest.Wait()
		if _, err := d.Start("marco", nothing); err != nil {
			t.Errorf("refused though nothing goes on: %v", err)
		}
		synctest.Wait()
	})
}

func TestTheOldestResultsMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New[string](t.Context(), 5, 2)
		var ids []string
		for range 3 {
			id, err := d.Start("giulia", nothing)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
			synctest.Wait()
			time.Sleep(time.Second)
		}
		if _, err := d.Find(ids[0], "giulia"); !errors.Is(err, ErrGone) {
			t.Errorf("the oldest is still there: %v", err)
		}
		if _, err := d.Find(ids[2], "giulia"); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatFailedSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, trouble := New[string](t.Context(), 1, 2), errors.New("trouble")
		id, err := d.Start("giulia", func(context.Context, Progress) (string, error) { return "", trouble })
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s, err := d.Find(id, "giulia"); err != nil || !errors.Is(s.Err, trouble) {
			t.Errorf("%+v, %v", s, err)
		}
	})
}
