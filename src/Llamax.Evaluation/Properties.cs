using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Llamax.Evaluation.Tests")]
[assembly: InternalsVisibleTo("Llamax.Bench")]
