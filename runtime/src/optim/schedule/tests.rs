//! Every schedule against PyTorch's numbers, whose source stands beside them.

use super::*;

/// See `tests/pytorch/optimizers.py`.
const PYTORCH: &str = include_str!("../../../tests/pytorch/schedules.csv");
const EPOCHS: usize = 12;

fn pytorch(name: &str) -> Vec<f64> {
    let rates: Vec<f64> = PYTORCH
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(','))
        .map(|line| line.split_once(',').unwrap().1.parse().unwrap())
        .collect();
    assert_eq!(rates.len(), EPOCHS, "{name}");
    rates
}

fn compare(name: &str, mut schedule: impl Schedule) {
    let losses = [1.0, 0.9, 0.9, 0.95, 0.9, 0.8, 0.79999, 0.8, 0.81, 0.8, 0.8, 0.7];
    for ((step, theirs), loss) in pytorch(name).into_iter().enumerate().zip(losses) {
        let ours = schedule.factor(Moment { step, steps_per_epoch: 1, epochs: EPOCHS });
        assert!((ours - theirs).abs() < 1e-14, "{name}, step {step}: {ours} against {theirs}");
        schedule.observe(loss);
    }
}

#[test]
fn pytorch_comes_to_the_same_rates() {
    compare("step", Step::new(5, 0.3));
    compare("exponential", Exponential::new(0.8));
    compare("cosine", Cosine::new());
    compare("warm cosine", Cosine::new().warm_up(3).floor(0.1));
    compare("one cycle", OneCycle::new());
    compare("plateau", ReduceOnPlateau::new(0.5, 2));
}

#[test]
fn every_schedule_is_a_rate_at_every_step() {
    let schedules: [Box<dyn Schedule>; 9] = [
        Box::new(Constant),
        Box::new(Step::new(3, 0.1)),
        Box::new(Exponential::new(1.0)),
        Box::new(Cosine::new().warm_up(1000)),
        Box::new(Cosine::new().warm_up(4).floor(1.0)),
        Box::new(OneCycle::new().rise(0.0)),
        Box::new(OneCycle::new().rise(1.0).ends(0.0, 0.0)),
        Box::new(ReduceOnPlateau::new(0.5, 0)),
        Box::new(from_fn(|at| 1.0 / (1.0 + at.step as f64))),
    ];
    for (schedule, epochs) in schedules.iter().zip([1, 2, 7].into_iter().cycle()) {
        // One step beyond the end, too.
        for step in 0..=3 * epochs {
            let factor = schedule.factor(Moment { step, steps_per_epoch: 3, epochs });
            assert!((0.0..=1.0).contains(&factor), "{factor} at step {step} of {epochs} epochs");
        }
    }
}

#[test]
fn a_plateau_survives_losses_that_are_no_numbers() {
    let mut schedule = ReduceOnPlateau::new(0.5, 1).floor(0.3);
    let at = Moment { step: 0, steps_per_epoch: 1, epochs: 1 };
    for loss in [f64::NAN, f64::NAN, 1.0, f64::NAN, f64::NAN, 2.0, 2.0, -1.0, -1.5] {
        schedule.observe(loss);
    }
    assert_eq!(schedule.factor(at), 0.3);
}
