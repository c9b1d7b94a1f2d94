//! The program: see [`public_question_time::cli`].

fn main() -> std::process::ExitCode {
    public_question_time::cli::run()
}
