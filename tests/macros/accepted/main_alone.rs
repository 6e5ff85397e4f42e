//! Without an argument and without a type.

#[actors::main]
async fn main() {
    std::future::ready(()).await;
}

#[test]
fn runs() -> impl std::process::Termination {
    main()
}
