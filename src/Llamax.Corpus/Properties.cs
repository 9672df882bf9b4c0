using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Llamax.Corpus.Tests")]
[assembly: InternalsVisibleTo("Llamax.Bench")]
