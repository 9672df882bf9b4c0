using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Llamax.Metrics.Tests")]
[assembly: InternalsVisibleTo("Llamax.Bench")]
