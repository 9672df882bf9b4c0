using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Llamax.Pipelines.Tests")]
[assembly: InternalsVisibleTo("Llamax.Bench")]
