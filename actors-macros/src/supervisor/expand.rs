//! Writes the functions that describe and start the tree.

use std::time::Duration;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Expr, Ident, Result};

use super::attr::SupervisorAttr;
use super::check::check;
use super::child::{ChildAttr, Shutdown, Source};
use super::model::{Model, Part};
use crate::errors::Errors;

/// Expands `#[derive(Supervisor)]`.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let model = Model::read(input, &mut errors);
    if let Some(model) = &model {
        check(model, &mut errors);
    }
    errors.into_result()?;
    Ok(model.map(|model| expand(&model)).unwrap_or_default())
}

fn expand(model: &Model<'_>) -> TokenStream {
    let Model { visibility, name, attr, fields } = model;
    let parameters: Vec<&Part<'_>> = fields.iter().filter(|part| part.child.is_none()).collect();
    let names: Vec<&Ident> = parameters.iter().map(|part| part.name).collect();
    let types: Vec<_> = parameters.iter().map(|part| part.ty).collect();
    let (policy, clones) = (policy(attr), clones(&parameters));
    let children = fields.iter().enumerate().filter_map(|(index, part)| {
        part.child.as_ref().map(|child| child_spec(part, child, &parameters, &fields[..index]))
    });
    let found = fields.iter().filter(|part| part.child.is_some()).map(|part| {
        let (field, id) = (part.name, part.id());
        quote!(#field: __children.field(#id)?)
    });
    quote! {
        #[automatically_derived]
        #[allow(clippy::redundant_clone, clippy::clone_on_copy)]
        impl #name {
            /// The supervisor and its children, not yet started: to be nested in another one.
            #visibility fn tree(#(#names: #types),*) -> ::actors::__private::Supervisor {
                #policy #(.child(#children))*
            }

            /// Starts the children in the order of the fields, and waits until all have started.
            ///
            /// # Errors
            ///
            /// The child that did not start, and why; those before it have been stopped again.
            #visibility async fn start(
                __system: &::actors::__private::ActorSystem,
                #(#names: #types),*
            ) -> ::core::result::Result<::actors::__private::Running<Self>, ::actors::__private::StartError> {
                let __tree = {
                    #(#clones)*
                    Self::tree(#(#names),*)
                };
                let __supervisor = __tree.start(__system).await?;
                ::actors::__private::Running::assemble(__supervisor, |__children| {
                    ::core::result::Result::Ok(Self { #(#names,)* #(#found),* })
                })
                .await
            }
        }
    }
}

/// The builder of the supervisor itself.
fn policy(attr: &SupervisorAttr) -> TokenStream {
    let strategy = attr.strategy.clone().unwrap_or_else(|| format_ident!("one_for_one"));
    let intensity = limit(attr.intensity.as_ref(), attr.within);
    let auto_shutdown = attr.auto_shutdown.as_ref().map(|word| {
        let variant = format_ident!("{}", crate::case::upper_camel(&word.to_string()));
        quote!(.auto_shutdown(::actors::__private::AutoShutdown::#variant))
    });
    let name = attr.name.as_ref().map(|name| quote!(.name(#name)));
    let decide = attr.decide.as_ref().map(|decide| quote!(.decide(#decide)));
    quote!(::actors::__private::Supervisor::#strategy() #intensity #auto_shutdown #name #decide)
}

fn limit(intensity: Option<&syn::LitInt>, within: Option<Duration>) -> Option<TokenStream> {
    if intensity.is_none() && within.is_none() {
        return None;
    }
    let restarts = intensity.map_or_else(|| quote!(1), |number| quote!(#number));
    let within = time(within.unwrap_or(Duration::from_secs(5)));
    Some(quote!(.intensity(#restarts, #within)))
}

/// The specification of one child.
fn child_spec(
    part: &Part<'_>,
    child: &ChildAttr,
    parameters: &[&Part<'_>],
    before: &[Part<'_>],
) -> TokenStream {
    let id = part.id();
    let terms = terms(child);
    let dynamic = matches!(child.source, Some((_, Source::Dynamic)));
    let spec = match child.source.as_ref().map(|(_, source)| source) {
        Some(Source::Start(expression)) => worker(part, &id, expression, parameters, before),
        Some(Source::Tree(expression)) => {
            let tree = quote_spanned!(expression.span()=> ::core::convert::Into::<::actors::__private::Tree>::into(#expression));
            let clones = clones(parameters);
            quote! {{
                #(#clones)*
                ::actors::__private::ChildSpec::supervisor(#id, #tree)
            }}
        }
        Some(Source::Dynamic) | None => {
            let limit = limit(
                child.intensity.as_ref().map(|(number, _)| number),
                child.within.as_ref().map(|(within, _)| *within),
            );
            let name = child.name.as_ref().map(|name| quote!(.name(#name)));
            quote! {
                ::actors::__private::ChildSpec::supervisor(
                    #id,
                    ::actors::__private::Supervisor::dynamic() #terms #limit #name,
                )
            }
        }
    };
    if dynamic { spec } else { quote!(#spec #terms) }
}

/// A worker, whose expression sees the parameters and the children before it.
fn worker(
    part: &Part<'_>,
    id: &str,
    expression: &Expr,
    parameters: &[&Part<'_>],
    before: &[Part<'_>],
) -> TokenStream {
    let actor = part.type_argument();
    let siblings =
        before.iter().filter(|part| part.child.is_some() && mentions(expression, part.name)).map(|part| {
            let (name, ty, id) = (part.name, part.ty, part.id());
            quote!(let #name: #ty = __siblings.get(#id)?;)
        });
    let state = quote_spanned! {expression.span()=>
        ::actors::__private::state_of::<#actor, _>(#expression)
    };
    let clones = clones(parameters);
    quote! {{
        #(#clones)*
        ::actors::__private::ChildSpec::with_siblings(
            #id,
            move |__siblings| -> ::core::result::Result<#actor, ::actors::__private::ActorError> {
                #(#clones)*
                #(#siblings)*
                #state
            },
        )
    }}
}

/// Each part of the tree has parameters of its own. A type that cannot be cloned is an error on the field's type.
fn clones(parameters: &[&Part<'_>]) -> Vec<TokenStream> {
    let clone = |part: &&Part<'_>| {
        let name = part.name;
        let clone = quote_spanned!(part.ty.span()=> ::core::clone::Clone::clone);
        quote!(#[allow(unused_variables)] let #name = #clone(&#name);)
    };
    parameters.iter().map(clone).collect()
}

/// What is agreed about a child, of whatever kind.
fn terms(child: &ChildAttr) -> TokenStream {
    let dynamic = matches!(child.source, Some((_, Source::Dynamic)));
    let restart = child.restart.as_ref().map(|word| quote!(.restart(::actors::__private::Restart::#word())));
    let shutdown = child.shutdown.as_ref().map(|shutdown| {
        let policy = match shutdown {
            Shutdown::Kill => quote!(Kill),
            Shutdown::Infinity => quote!(Infinity),
            Shutdown::Timeout(patience) => {
                let patience = time(*patience);
                quote!(Timeout(#patience))
            }
        };
        quote!(.shutdown(::actors::__private::ShutdownPolicy::#policy))
    });
    let backoff = child.backoff.map(|(min, max)| {
        let (min, max) = (time(min), time(max));
        quote!(.backoff(::actors::__private::Backoff::exponential(#min, #max)))
    });
    let significant = child.significant.as_ref().map(|_| quote!(.significant(true)));
    let decide = child.decide.as_ref().map(|decide| quote!(.decide(#decide)));
    let name = child.name.as_ref().filter(|_| !dynamic).map(|name| quote!(.name(#name)));
    quote!(#restart #shutdown #backoff #significant #decide #name)
}

fn time(duration: Duration) -> TokenStream {
    let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    quote!(::core::time::Duration::from_nanos(#nanos))
}

/// Whether an expression uses a name, in code or in a format string.
fn mentions(expression: &Expr, name: &Ident) -> bool {
    fn among(tokens: TokenStream, name: &str) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident.unraw() == name,
            TokenTree::Group(group) => among(group.stream(), name),
            TokenTree::Literal(literal) => literal.to_string().contains(&format!("{{{name}")),
            TokenTree::Punct(_) => false,
        })
    }
    among(expression.to_token_stream(), &name.unraw().to_string())
}
